/** Which files a flag may read: never a key, never outside the working directory, wherever links lead. */
import { before, describe } from 'node:test'
import { buildBundle } from '../support/bundle.ts'
import { testRefusal, type Refused } from '../support/refusal.ts'

before(buildBundle)

const base = ['run', 'acme', 'create_note', '--space', 'home', '--title', 'Milk']

const refused: Refused[] = [
  {
    title: 'the private key of the user is never sent',
    args: [...base, '--text', '@~/.ssh/id_rsa'],
    files: { 'home/.ssh/id_rsa': 'PRIVATE' },
    says: ['never read'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'the private key is never sent from the home directory either',
    args: [...base, '--text', '@.ssh/id_rsa'],
    files: { 'cwd/.ssh/id_rsa': 'PRIVATE' },
    env: { HOME: '{}/cwd' },
    says: ['never read'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'the stored keys are never sent',
    args: [...base, '--text', '@settings/skillett/config.json'],
    files: { 'cwd/settings/skillett/config.json': '{}' },
    env: { XDG_CONFIG_HOME: '{}/cwd/settings' },
    says: ['never read'],
    fields: ['text'],
  },
  {
    title: 'a file above the working directory is refused',
    args: [...base, '--text', '@../home/secret'],
    files: { 'home/secret': 'PRIVATE' },
    says: ['outside the working directory'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'a folder whose name only begins alike is outside',
    args: [...base, '--text', '@../cwd2/secret'],
    files: { 'cwd2/secret': 'PRIVATE' },
    says: ['outside'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'a symlink that leaves the working directory is refused',
    args: [...base, '--text', '@innocent.txt'],
    files: { 'home/secret': 'PRIVATE' },
    links: { 'cwd/innocent.txt': '../home/secret' },
    says: ['outside'],
    hides: ['PRIVATE'],
    fields: ['text'],
  },
  {
    title: 'a symlinked folder that leaves is refused',
    args: [...base, '--json', '@docs/secret'],
    files: { 'home/secret': 'PRIVATE' },
    links: { 'cwd/docs': '../home' },
    says: ['outside'],
    hides: ['PRIVATE'],
    fields: ['json'],
  },
  {
    title: 'a file that is not there is named',
    args: [...base, '--text', '@octocat'],
    says: ['@@octocat'],
    fields: ['text'],
  },
  {
    title: 'a folder is no text',
    args: [...base, '--text', '@sub'],
    files: { 'cwd/sub/a': '' },
    says: ['not a regular file'],
    fields: ['text'],
  },
  {
    title: 'a file that is no number is not quoted',
    args: [...base, '--count', '@a.txt'],
    files: { 'cwd/a.txt': 'PRIVATE' },
    says: ['what the file holds'],
    hides: ['PRIVATE'],
    fields: ['count'],
  },
]

describe('a file that is refused', { concurrency: 4 }, () => refused.forEach(testRefusal))
