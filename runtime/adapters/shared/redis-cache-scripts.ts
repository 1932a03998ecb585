import { hash } from 'node:crypto';

/**
 * What the cache does within the server, each in one step that no other command comes between.
 *
 * The log is a sorted set of the prefixes that were invalidated, each by the number of its last invalidation.
 * An entry begins with a stamp: the highest number in the log when its load began. The entry counts as long as
 * no prefix of its key has a number above its stamp. So an invalidation costs one ZADD however many entries it
 * strikes, and what it strikes is left to expire.
 *
 * The log always holds the empty prefix, which strikes every entry. Where the log is lost (evicted, flushed, a
 * new server) it begins anew with the empty prefix; where it grows too long its oldest half becomes one
 * number for the empty prefix. Either way entries are forgotten too soon, never too late. Numbers are the
 * server's time in microseconds, and always above the last, so that a log that was lost does not repeat them.
 *
 * Redis 6.2 or Valkey 7.2 and newer (ZMSCORE, ZADD GT). All keys share a hash tag and are declared, as Valkey in
 * ElastiCache Serverless wants it.
 */
const common = `
local function last_of(log)
  local top = redis.call('ZRANGE', log, -1, -1, 'WITHSCORES')
  return tonumber(top[2])
end

local function next_number(last)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  if last and last >= now then return last + 1 end
  return now
end

local function text(number)
  return string.format('%.0f', number)
end

local function is_struck(log, key, stamp)
  local since = redis.call('ZRANGEBYSCORE', log, '(' .. text(stamp), '+inf', 'LIMIT', 0, #key + 1)
  if #since <= #key then
    for _, prefix in ipairs(since) do
      if string.sub(key, 1, #prefix) == prefix then return true end
    end
    return false
  end
  for from = 0, #key, 500 do
    local prefixes = {}
    for length = from, math.min(from + 499, #key) do prefixes[#prefixes + 1] = string.sub(key, 1, length) end
    for _, number in ipairs(redis.call('ZMSCORE', log, unpack(prefixes))) do
      if number and tonumber(number) > stamp then return true end
    end
  end
  return false
end
`;

/** How many prefixes the log holds before its oldest half is given up. */
export const maxLogLength = 4_096;

/** Digits of a stamp at the beginning of an entry. */
export const stampLength = 16;

export interface Script {
  readonly text: string;
  readonly sha: string;
}

const script = (body: string): Script => {
  const text = common + body;
  return { text, sha: hash('sha1', text) };
};

/** KEYS: entry, log. ARGV: key. Answers {stamp for a load that begins now, the entry if it counts}. */
export const readScript = script(`
local last = last_of(KEYS[2])
if not last then
  last = next_number()
  redis.call('ZADD', KEYS[2], text(last), '')
  return { text(last) }
end
local entry = redis.call('GET', KEYS[1])
if entry then
  local stamp = tonumber(string.sub(entry, 1, ${stampLength}))
  if stamp and stamp <= last and (stamp == last or not is_struck(KEYS[2], ARGV[1], stamp)) then
    return { text(last), entry }
  end
end
return { text(last) }
`);

/** KEYS: entry, log. ARGV: key, stamp, milliseconds, entry. Keeps it unless it was struck since its load began. */
export const fillScript = script(`
local last = last_of(KEYS[2])
local stamp = tonumber(ARGV[2])
if not last or stamp > last or is_struck(KEYS[2], ARGV[1], stamp) then return 0 end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[3])
return 1
`);

/** KEYS: log. ARGV: prefix. A server too full for one more prefix forgets the whole log, and so everything. */
export const invalidateScript = script(`
local log = KEYS[1]
local last = last_of(log)
local number = text(next_number(last))
local added = redis.pcall('ZADD', log, number, ARGV[1])
if type(added) == 'table' and added.err then
  redis.call('DEL', log)
  return 0
end
if not last then redis.call('ZADD', log, number, '') end
if redis.call('ZCARD', log) > ${maxLogLength} then
  local oldest = redis.call('ZPOPMIN', log, ${maxLogLength / 2})
  redis.call('ZADD', log, 'GT', oldest[#oldest], '')
end
return 1
`);
