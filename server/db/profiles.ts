/** Queries about profiles and their plans. */
import { newId } from '../ids.ts'
import { sqlState, type Sql } from './sql.ts'

export interface Profile {
  id: string
  email: string
  plan: string
}

export interface Usage {
  email: string
  plan: string
  calls_today: number
  daily_limit: number | null
}

const uniqueViolation = '23505'
const foreignKeyViolation = '23503'

/** @returns the profile, or why there is none */
export async function createProfile(
  sql: Sql,
  email: string,
  plan: string,
): Promise<Profile | 'exists' | 'unknown_plan'> {
  try {
    const row = { id: newId('prof'), email: email.toLowerCase(), plan }
    const [profile] = await sql<Profile[]>`insert into profiles ${sql(row)} returning id, email, plan`
    return profile!
  } catch (error) {
    if (sqlState(error) === uniqueViolation) return 'exists'
    if (sqlState(error) === foreignKeyViolation) return 'unknown_plan'
    throw error
  }
}

/** Makes the first profile of a database that has none. @returns undefined when there is one already */
export async function createFirstProfile(
  sql: Sql,
  email: string,
  plan: string,
): Promise<Profile | undefined> {
  const row = { id: newId('prof'), email, plan }
  const [profile] = await sql<Profile[]>`
    insert into profiles (id, email, plan) select ${row.id}, ${row.email}, ${row.plan}
    where not exists (select from profiles) returning id, email, plan`
  return profile
}

export async function findProfile(sql: Sql, email: string): Promise<Profile | undefined> {
  const [profile] = await sql<
    Profile[]
  >`select id, email, plan from profiles where email = ${email.toLowerCase()}`
  return profile
}

export interface PlanChange {
  plan?: string
  daily_limit?: number
  per_minute?: number
}

/** @returns the profile with its own limits, or why nothing was changed */
export async function changePlan(
  sql: Sql,
  email: string,
  change: PlanChange,
): Promise<
  (Profile & { daily_limit: number | null; per_minute: number | null }) | 'unknown_profile' | 'unknown_plan'
> {
  try {
    const [profile] = await sql<(Profile & { daily_limit: number | null; per_minute: number | null })[]>`
      update profiles set ${sql(change)} where email = ${email.toLowerCase()}
      returning id, email, plan, daily_limit, per_minute`
    return profile ?? 'unknown_profile'
  } catch (error) {
    if (sqlState(error) === foreignKeyViolation) return 'unknown_plan'
    throw error
  }
}

/** Today is the UTC day. */
export async function usageOf(sql: Sql, profileId: string): Promise<Usage | undefined> {
  const [usage] = await sql<Usage[]>`
    select p.email, p.plan, coalesce(u.used, 0) as calls_today, coalesce(p.daily_limit, plan.daily_limit) as daily_limit
    from profiles p join plans plan on plan.name = p.plan
    left join daily_usage u on u.profile_id = p.id and u.day = (now() at time zone 'utc')::date
    where p.id = ${profileId}`
  return usage
}

export async function planNames(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select name from plans order by name`
  return rows.map((row) => row.name)
}
