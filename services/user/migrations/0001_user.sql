-- Up Migration
create table account (
  id text primary key,
  username text not null,
  email text not null,
  -- PHC string: it names its own algorithm and parameters.
  password_hash text not null,
  role text not null default 'customer' check (role in ('customer', 'admin')),
  phone text,
  version bigint not null default 1,
  created_at timestamptz not null default now()
);

-- Unique without regard to case; the service tells by these names which field is taken.
create unique index account_username on account (lower(username));
create unique index account_email on account (lower(email));

create table outbox (position bigint generated always as identity primary key, event text not null);

-- The columns, in this order, are those of rate-limiter-flexible.
create table login_attempt (key text primary key, points integer not null default 0, expire bigint);
create index login_attempt_expire on login_attempt (expire);
