-- The tables of the gateway. Forward only: a file that has been applied is never edited.
-- Ids are text with a prefix that says what they are (prof_, key_, conn_); a call's id is a UUIDv7, so ids sort by time.

-- What a profile may use. Operators edit the rows; null means no limit.
create table plans (
  name text primary key,
  daily_limit integer check (daily_limit >= 0),
  per_minute integer check (per_minute >= 0),
  connections integer check (connections >= 0),
  keys integer check (keys >= 0)
);

insert into plans (name, daily_limit, per_minute, connections, keys) values
  ('free', 10000, 30, 3, 1),
  ('pro', 100000, 300, 10, null),
  ('unlimited', null, null, null, null);

create table profiles (
  id text primary key,
  email text not null check (email = lower(email)) unique,
  display_name text,
  plan text not null default 'free' references plans,
  -- These two override the plan's.
  daily_limit integer check (daily_limit >= 0),
  per_minute integer check (per_minute >= 0),
  created_at timestamptz not null default now()
);

create table api_keys (
  id text primary key,
  profile_id text not null references profiles on delete cascade,
  name text not null,
  -- SHA-256 of the whole key. The key itself is stored nowhere.
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  key_prefix text not null,
  -- Integrations the key may use; '*' is all of them.
  scopes text[] not null default '{*}',
  read_only boolean not null default false,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);

create index api_keys_profile on api_keys (profile_id);

-- The catalogue that the running gateways serve, written at their start; searched and downloaded from here.
create table integrations (
  slug text primary key,
  title text not null,
  description text not null,
  version text not null,
  digest text not null
);

create table routes (
  integration text not null references integrations on delete cascade,
  endpoint text not null,
  group_name text not null,
  title text not null,
  description text not null,
  read_only boolean not null,
  destructive boolean not null,
  search tsvector generated always as (
    setweight(to_tsvector('english', replace(endpoint, '_', ' ') || ' ' || title), 'A')
      || setweight(to_tsvector('english', replace(integration, '-', ' ') || ' ' || description), 'B')
  ) stored,
  primary key (integration, endpoint)
);

create index routes_search on routes using gin (search);

create table skill_files (
  integration text not null references integrations on delete cascade,
  file_path text not null,
  content text not null,
  primary key (integration, file_path)
);

create table connections (
  id text primary key,
  profile_id text not null references profiles on delete cascade,
  integration text not null,
  -- The label by which its owner names it; by default who the service says it is.
  account text not null,
  -- Whose account it is, for products that serve many people; '' is the profile's own.
  identifier text not null default '',
  -- Which entry of the integration's `auth` it was made with.
  auth text not null,
  status text not null check (status in ('pending', 'active', 'expired', 'revoked', 'error')),
  -- Who the service says it is.
  identity text,
  variables jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (profile_id, integration, identifier, account)
);

-- Envelope encryption: `sealed` is encrypted with a data key of its own, `wrapped_key` is that data key
-- encrypted with the ring's key `key_id`. Deleting the row destroys the data key.
create table credentials (
  connection_id text primary key references connections on delete cascade,
  key_id text not null,
  wrapped_key bytea not null,
  sealed bytea not null,
  version integer not null default 1,
  updated_at timestamptz not null default now()
);

-- One row a key of the ring: a digest that tells it from another key of the same id, so that a wrong key is noticed at start.
create table secret_keys (
  id text primary key,
  check_value bytea not null,
  created_at timestamptz not null default now()
);

-- Calls charged to a profile on a UTC day. `prev` and `cap` are what the last statement found and applied,
-- so that `used - prev` is what it was granted.
create table daily_usage (
  profile_id text not null references profiles on delete cascade,
  day date not null,
  used integer not null,
  prev integer not null,
  cap integer not null,
  primary key (profile_id, day)
) with (fillfactor = 50);

-- The audit log: one row a skill call, durable before the first byte goes upstream.
-- No foreign keys: the record outlives what it names.
create table skill_calls (
  id uuid primary key,
  profile_id text not null,
  key_id text not null,
  connection_id text,
  integration text not null,
  endpoint text not null,
  started_at timestamptz not null default now(),
  -- started, then done (the upstream answered), failed (it did not) or not_sent.
  state text not null default 'started' check (state in ('started', 'done', 'failed', 'not_sent')),
  -- Our own code where there is one.
  error text,
  upstream_status smallint,
  duration_ms integer,
  request_bytes integer,
  response_bytes integer
) with (fillfactor = 70);

create index skill_calls_profile on skill_calls (profile_id, id);

-- RFC 8628. Codes are stored as SHA-256.
create table device_codes (
  device_code_hash bytea primary key check (octet_length(device_code_hash) = 32),
  user_code_hash bytea not null unique check (octet_length(user_code_hash) = 32),
  client_name text not null,
  requested_from inet,
  status text not null default 'pending' check (status in ('pending', 'approved', 'denied', 'used')),
  profile_id text references profiles on delete cascade,
  interval_seconds integer not null default 5,
  last_polled_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
