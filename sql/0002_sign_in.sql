-- Signing in: sessions, one-time links, passwords, OpenID Connect, device codes, and what limits guessing.
-- Whatever a person or a program presents is stored as SHA-256 and nowhere else.

alter table profiles add column password_hash text;

create table sessions (
  id_hash bytea primary key check (octet_length(id_hash) = 32),
  profile_id text not null references profiles on delete cascade,
  -- How it began.
  method text not null check (method in ('link', 'password', 'oidc')),
  user_agent text not null,
  address inet,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create index sessions_profile on sessions (profile_id);

create table sign_in_links (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  profile_id text not null references profiles on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create index sign_in_links_profile on sign_in_links (profile_id);

-- Whom an OpenID provider means: its subject, not an address that can change hands.
create table identities (
  issuer text not null,
  subject text not null,
  profile_id text not null references profiles on delete cascade,
  created_at timestamptz not null default now(),
  primary key (issuer, subject)
);

-- Tries that may not go on for ever, counted in windows. `subject` says whose tries of what.
create table attempts (
  subject text primary key,
  count integer not null,
  ends_at timestamptz not null
);

alter table device_codes
  -- As the client calls itself; whoever asks for it again must say the same.
  add column client_id text,
  add column machine text,
  add column scopes text[] not null default '{*}',
  add column read_only boolean not null default false,
  -- The key that this sign-in takes the place of.
  add column replaces_key text references api_keys on delete set null,
  add column decided_at timestamptz;

-- What the gateways tell the operator's commands, such as how people reach them.
create table notes (
  name text primary key,
  value text not null
);
