/** JSON without loss: what is read comes out again with the same digits, keys and order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeHidden, indentJson, JsonMistake, parseJson, printJson } from '../../cli/json-text.ts'

test('a document without spaces comes out as it went in', () => {
  const documents = [
    '12345678901234567890',
    '-0.10e+5',
    '{"b":1,"a":{"__proto__":[true,false,null,"x"],"2":{},"1":[]}}',
    '"größe 🥛 \\"\\\\\\n"',
    '[[[]],{"":0}]',
  ]
  for (const text of documents) assert.equal(printJson(parseJson(text)), text)
})

test('what it accepts and refuses is what JSON.parse does, but for keys that stand twice', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '"b\\u0041"',
    '"\n"',
    '1',
    '-',
    '0.5',
    '01',
    'e3',
    'true',
    'nul',
    ' ',
    '"\\x"',
  ]
  let seed = 7
  const pick = () => pieces[(seed = (seed * 48_271) % 2_147_483_647) % pieces.length]!
  let accepted = 0
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from({ length: 1 + (i % 9) }, pick).join('')
    const ours = attempt(() => JSON.parse(printJson(parseJson(text))))
    const theirs = attempt(() => JSON.parse(text))
    if (ours.fails && !theirs.fails) assert.match(ours.fails, /twice/, text)
    else assert.deepEqual(ours.value, theirs.value, text)
    if (!ours.fails) accepted++
  }
  assert.ok(accepted > 500)
})

function attempt(run: () => unknown): { value?: unknown; fails?: string } {
  try {
    return { value: run() }
  } catch (error) {
    assert.ok(error instanceof JsonMistake || error instanceof SyntaxError)
    return { fails: error.message }
  }
}

test('a mistake names its place and never the text', () => {
  assert.throws(
    () => parseJson('{"secret":"sesame'),
    (error: JsonMistake) => {
      assert.equal(error.offset, 17)
      assert.ok(!error.message.includes('sesame'))
      return error instanceof JsonMistake
    },
  )
})

test('a document laid out on lines is the same document', () => {
  const text = '{"id":12345678901234567890,"list":[1,[],{},{"a":"} , : \\" ]"}],"e":{}}'
  const lines = indentJson(text)
  assert.equal(printJson(parseJson(lines)), text)
  assert.ok(lines.startsWith('{\n  "id": 12345678901234567890,\n  "list": [\n    1,\n    [],\n'))
})

test('what a terminal would obey or hide is laid out as escapes', () => {
  const text = '"a\u009b31m\u202e\u200b\ufeff\u{e0041}"'
  assert.equal(escapeHidden(text), '"a\\u009b31m\\u202e\\u200b\\ufeff\\udb40\\udc41"')
  assert.equal(JSON.parse(indentJson(text)), JSON.parse(text))
  assert.equal(indentJson('{"a":"\u001b[2J"}'), '{\n  "a": "[2J"\n}')
})
