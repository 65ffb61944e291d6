-- Tokens handed out by the broker, and the use of the ring's keys.

-- The key may be given the tokens of connections themselves.
alter table api_keys add column tokens boolean not null default false;

-- Names that scripts use for a service, and the connection that each stands for.
create table services (
  profile_id text not null references profiles on delete cascade,
  service text not null,
  integration text not null,
  account text not null,
  -- Whose connection, unless the script says another.
  identifier text not null default '',
  -- A token that is handed out lives at least this long where the service allows it; it may be kept so long.
  cache_seconds integer not null default 0 check (cache_seconds between 0 and 3600),
  updated_at timestamptz not null default now(),
  primary key (profile_id, service)
);

-- How often each key of the ring has encrypted: AES-GCM with random nonces bears 2^32 times (NIST SP 800-38D).
alter table secret_keys add column encryptions bigint not null default 0;
