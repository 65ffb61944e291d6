/** What the running gateway leaves for the operator's commands. */
import type { Sql } from './sql.ts'

type Note = 'public_url'

export async function leaveNote(sql: Sql, name: Note, value: string): Promise<void> {
  await sql`
    insert into notes (name, value) values (${name}, ${value})
    on conflict (name) do update set value = excluded.value where notes.value <> excluded.value`
}

export async function readNote(sql: Sql, name: Note): Promise<string | undefined> {
  const [row] = await sql<{ value: string }[]>`select value from notes where name = ${name}`
  return row?.value
}
