-- Up Migration

-- The documents of every function service, one logical table a service.
create table document (
  service text not null,
  partition text not null,
  id text not null,
  version bigint not null,
  body jsonb not null,
  index1_hash text,
  index1_sort text,
  index2_hash text,
  index2_sort text,
  primary key (service, partition, id)
) with (fillfactor = 80);
create index document_index1 on document (service, index1_hash, index1_sort, partition, id)
  where index1_hash is not null;
create index document_index2 on document (service, index2_hash, index2_sort, partition, id)
  where index2_hash is not null;

-- Every event published, kept for a while: queues point at it, and the console shows it.
create table event (
  id text primary key,
  type text not null,
  subject text not null,
  body json not null,
  at timestamptz not null default now()
);
create index event_subject on event (subject, id);
create index event_at on event using brin (at);

create table subscription (
  consumer text not null,
  type text not null,
  primary key (type, consumer)
);

-- One row a message and consumer. A row is taken by deleting it in the transaction of its effect.
create table queue (
  id bigint generated always as identity,
  consumer text not null,
  event_id text not null,
  attempts int not null default 0,
  visible_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index queue_due on queue (consumer, visible_at, id);

create table handled (
  consumer text not null,
  event_id text not null,
  at timestamptz not null default now(),
  primary key (consumer, event_id)
);
create index handled_at on handled using brin (at);

create table dead_letter (
  id text primary key,
  consumer text not null,
  event_id text not null,
  attempts int not null,
  reason text not null,
  at timestamptz not null default now()
);

-- Adds events and hands them to every consumer whose filter names their type, `copies` times, each visible
-- within `spread_ms` (both are 1 and 0 but in tests that deliver twice and out of order). Answers with the names
-- of those consumers, to be woken after the commit.
create function publish(events json, copies int, spread_ms int) returns text[] language plpgsql as $$
declare
  filled text[];
begin
  with added as (
    insert into event (id, type, subject, body)
    select e.id, e.type, e.subject, e.body
    from json_to_recordset(events) as e(id text, type text, subject text, body json)
    on conflict (id) do nothing
    returning id, type
  ), queued as (
    insert into queue (consumer, event_id, visible_at)
    select s.consumer, a.id, now() + random() * spread_ms * interval '1 millisecond'
    from added a join subscription s on s.type = a.type cross join generate_series(1, copies)
    returning consumer
  )
  select array_agg(distinct consumer) into filled from queued;
  return filled;
end $$;

-- Commits any number of units as one, or raises and changes nothing:
-- SH001 a version was not as expected, SH002 a number would go below zero, SH003 an event was handled before.
-- A group without entries is null. Answers with the consumers whose queues it filled.
create function commit_units(
  creates json, replaces json, deletes json, adjusts json, marks json, events json,
  copies int, spread_ms int
) returns text[] language plpgsql as $$
declare
  changed int;
begin
  if marks is not null then
    insert into handled (consumer, event_id)
    select m.consumer, m.event_id from json_to_recordset(marks) as m(consumer text, event_id text)
    on conflict do nothing;
    get diagnostics changed = row_count;
    if changed <> json_array_length(marks) then
      raise exception 'an event was handled before' using errcode = 'SH003';
    end if;
  end if;

  if creates is not null then
    insert into document
      (service, partition, id, version, body, index1_hash, index1_sort, index2_hash, index2_sort)
    select w.service, w.partition, w.id, 1, w.body, w.h1, w.s1, w.h2, w.s2
    from json_to_recordset(creates) as w(
      service text, partition text, id text, body jsonb, h1 text, s1 text, h2 text, s2 text)
    on conflict do nothing;
    get diagnostics changed = row_count;
    if changed <> json_array_length(creates) then
      raise exception 'a document exists already' using errcode = 'SH001';
    end if;
  end if;

  if replaces is not null then
    update document d
    set version = d.version + 1, body = w.body,
        index1_hash = w.h1, index1_sort = w.s1, index2_hash = w.h2, index2_sort = w.s2
    from json_to_recordset(replaces) as w(
      service text, partition text, id text, version bigint, body jsonb, h1 text, s1 text, h2 text, s2 text)
    where d.service = w.service and d.partition = w.partition and d.id = w.id and d.version = w.version;
    get diagnostics changed = row_count;
    if changed <> json_array_length(replaces) then
      raise exception 'a document was changed meanwhile' using errcode = 'SH001';
    end if;
  end if;

  if deletes is not null then
    delete from document d
    using json_to_recordset(deletes) as w(service text, partition text, id text, version bigint)
    where d.service = w.service and d.partition = w.partition and d.id = w.id and d.version = w.version;
    get diagnostics changed = row_count;
    if changed <> json_array_length(deletes) then
      raise exception 'a document was changed meanwhile' using errcode = 'SH001';
    end if;
  end if;

  if adjusts is not null then
    update document d
    set version = d.version + w.times,
        body = d.body || (
          select jsonb_object_agg(n.key, coalesce((d.body ->> n.key)::bigint, 0) + n.value::bigint)
          from jsonb_each_text(w.by) n)
    from json_to_recordset(adjusts) as w(service text, partition text, id text, by jsonb, times int)
    where d.service = w.service and d.partition = w.partition and d.id = w.id
      and not exists (
        select from jsonb_each_text(w.by) n
        where coalesce((d.body ->> n.key)::bigint, 0) + n.value::bigint < 0);
    get diagnostics changed = row_count;
    if changed <> json_array_length(adjusts) then
      raise exception 'a number would go below zero' using errcode = 'SH002';
    end if;
  end if;

  if events is null then
    return null;
  end if;
  return publish(events, copies, spread_ms);
end $$;

-- Within the transaction that took them: messages to be tried again, and those given up.
create function return_messages(failed json) returns void language sql as $$
  insert into queue (consumer, event_id, attempts, visible_at)
  select f.consumer, f.event_id, f.attempts, now() + f.delay_ms * interval '1 millisecond'
  from json_to_recordset(failed) as f(consumer text, event_id text, attempts int, delay_ms int, dead_id text)
  where f.dead_id is null;

  insert into dead_letter (id, consumer, event_id, attempts, reason)
  select f.dead_id, f.consumer, f.event_id, f.attempts, f.reason
  from json_to_recordset(failed) as f(
    consumer text, event_id text, attempts int, reason text, dead_id text)
  where f.dead_id is not null;
$$;

-- Makes `types` the filter of a consumer. A type new to it brings the events kept of that type, so that a
-- consumer that comes later knows what was said before.
create function subscribe(wanted_consumer text, types text[]) returns void language plpgsql as $$
begin
  delete from subscription where consumer = wanted_consumer and type <> all (types);
  with added as (
    insert into subscription (consumer, type) select wanted_consumer, unnest(types)
    on conflict do nothing
    returning type
  )
  insert into queue (consumer, event_id)
  select wanted_consumer, e.id from event e join added using (type) order by e.id;
end $$;
