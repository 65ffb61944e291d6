-- OAuth 2: apps of integrations, people's authorizations under way, and what keeps tokens alive.
-- Three columns hold something sealed, as in `credentials`: key_id, wrapped_key, sealed.

-- The OAuth app of an integration, as the operator stored it; the environment goes before it.
create table oauth_apps (
  integration text primary key,
  client_id text not null,
  key_id text not null,
  wrapped_key bytea not null,
  sealed bytea not null,
  updated_at timestamptz not null default now()
);

-- A person is asked for access. The id is the one that the connection will have.
create table authorizations (
  id text primary key,
  profile_id text not null references profiles on delete cascade,
  -- Whose key asked; null when the person did.
  api_key_id text,
  integration text not null,
  auth text not null,
  -- null: the label will be who the service says it is.
  account text,
  identifier text not null default '',
  variables jsonb not null default '{}',
  status text not null default 'pending' check (status in ('pending', 'redeeming', 'connected', 'error')),
  -- SHA-256 of the state that was given to the service; each opening of the link makes a new one.
  state_hash bytea unique check (octet_length(state_hash) = 32),
  -- Seals the PKCE verifier that belongs to the state.
  key_id text,
  wrapped_key bytea,
  sealed bytea,
  -- Another than `id` where the person connected again what was connected.
  connection_id text,
  error text,
  message text,
  -- The link can be opened until then, and the answer of the service be used until `expires_at`.
  opens_until timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);

create index authorizations_profile on authorizations (profile_id);

-- `version` counts the tokens that were stored. The columns here are the claim on the next ones: whoever raised
-- `fence` last may store, while `lease_until` is ahead nobody else may claim.
alter table credentials
  add column fence bigint not null default 0,
  add column lease_until timestamptz,
  -- A refresh token was presented under this claim and nothing is known of the answer.
  add column sent_at timestamptz,
  -- Claims taken over from somebody who had presented the token and was lost.
  add column takeovers integer not null default 0,
  add column failures integer not null default 0,
  add column not_before timestamptz,
  -- When `sealed` was fetched with a refresh token; null for what the person gave.
  add column refreshed_at timestamptz,
  -- Of the access token, where the service said so.
  add column expires_at timestamptz,
  -- Ends all attempts until the person connects again.
  add column ended text check (ended in ('invalid_grant', 'refresh_lost')),
  add column scopes_granted text[],
  -- Asked for and not granted, or no longer.
  add column scopes_lost text[] not null default '{}';

-- Tokens that came too late to be stored. Tried once when nothing else is left.
create table token_candidates (
  id text primary key,
  connection_id text not null references connections on delete cascade,
  -- The version of the credential that they were fetched with.
  based_on integer not null,
  key_id text not null,
  wrapped_key bytea not null,
  sealed bytea not null,
  created_at timestamptz not null default now()
);

create index token_candidates_connection on token_candidates (connection_id);

-- Grants to be ended at the service, with a sealed copy of the credential that is destroyed when that is done.
create table revocations (
  id text primary key,
  profile_id text not null,
  api_key_id text,
  connection_id text not null,
  integration text not null,
  auth text not null,
  variables jsonb not null,
  key_id text not null,
  wrapped_key bytea not null,
  sealed bytea not null,
  tries integer not null default 0,
  not_before timestamptz not null default now(),
  created_at timestamptz not null default now()
);

create index revocations_due on revocations (not_before);

-- Calls that no key asked for: a person's browser, or the gateway by itself.
alter table skill_calls alter column key_id drop not null;
