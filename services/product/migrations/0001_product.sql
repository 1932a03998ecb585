-- Up Migration

-- A generated column takes immutable functions only. For text, array_to_string is one, though not declared so.
create function tag_words(tags text[]) returns text
  language sql immutable parallel safe return array_to_string(tags, ' ');

-- Products come in windows of 2^11, 2^12 and 2^14 by their position. Each window is a lexeme, so that the index
-- on words can keep a search to the newest windows: a word that a million products have costs no more than one
-- that ten have. No word of a text begins with '<' or '='.
create function product_windows(at bigint) returns text[]
  language sql immutable parallel safe
  return array['<11:' || (at >> 11)::text, '<12:' || (at >> 12)::text, '<14:' || (at >> 14)::text];

-- The window of 2^bits that `at` lies in, and the one before it.
create function newest_windows(at bigint, bits integer) returns tsquery
  language sql immutable parallel safe
  return format('''<%s:%s'' | ''<%s:%s''', bits, at >> bits, bits, (at >> bits) - 1)::tsquery;

create table product (
  id          text collate "C" primary key,
  position    bigint not null generated always as identity,
  sku         text collate "C" not null unique,
  name        text not null,
  description text not null,
  category    text collate "C" not null,
  price       bigint not null check (price >= 0),
  currency    text not null,
  group_id    text,
  tags        text[] not null,
  image       text,
  version     bigint not null,
  created_at  timestamptz(3) not null,
  updated_at  timestamptz(3) not null,
  -- What the order by name goes by: case does not count, and every server sorts alike.
  sort_name   text collate "C" not null generated always as (lower(name)) stored,
  -- The words by weight; and the category as one lexeme, so that the index intersects it with a search.
  search      tsvector not null generated always as (
    setweight(to_tsvector('english', name), 'A') ||
    setweight(to_tsvector('english', category), 'B') ||
    setweight(to_tsvector('english', tag_words(tags)), 'C') ||
    setweight(to_tsvector('english', description), 'D') ||
    array_to_tsvector(product_windows(position) || ('=' || category))
  ) stored
);

-- Each order that a list can have, in the whole catalogue and within a category. What another filter or order
-- needs rides along, so that it is decided in the index.
create index product_newest on product (created_at, id) include (price);
create index product_price on product (price, id) include (created_at, sort_name);
create index product_name on product (sort_name, id) include (price);
create index product_category_newest on product (category, created_at, id) include (price);
create index product_category_price on product (category, price, id) include (created_at, sort_name);
create index product_category_name on product (category, sort_name, id) include (price);

-- Without a pending list: a search costs the same right after an import.
create index product_search on product using gin (search) with (fastupdate = off);

create table outbox (
  position bigint generated always as identity primary key,
  event    text not null
);
