-- Up Migration

-- Orders that were placed before `at` were placed at another shop and moved here: this bus never spoke of it.
create table moved (at timestamptz primary key);

-- Commits any number of units as one, or raises and changes nothing:
-- SH001 a version was not as expected, SH002 a number would go below zero, SH003 an event was handled before.
-- A group without entries is null; a document that is created begins at version 1, or where it was moved from.
-- Answers with the consumers whose queues it filled.
create or replace function commit_units(
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
    select w.service, w.partition, w.id, coalesce(w.version, 1), w.body, w.h1, w.s1, w.h2, w.s2
    from json_to_recordset(creates) as w(
      service text, partition text, id text, version bigint, body jsonb, h1 text, s1 text, h2 text, s2 text)
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
