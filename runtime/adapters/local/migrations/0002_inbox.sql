-- Up Migration

-- Mail and SMS that the shop sent on this machine, for the console to show.
create table inbox (
  message_id text primary key,
  channel text not null check (channel in ('email', 'sms')),
  recipient text not null,
  subject text not null,
  text text not null,
  html text not null,
  at timestamptz not null default now()
);
create index inbox_at on inbox (at, message_id);
create index inbox_recipient on inbox (recipient, at, message_id);
