// Whatever is shown is set as text, never as markup: mail, names and attributes come from outside.

const refreshMs = 3000;

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
}

/** Columns are [heading, value of a row as text or element, class name?]. */
function table(rows, columns, empty) {
  if (rows.length === 0) return element('p', empty);
  const made = element('table');
  const head = made.createTHead().insertRow();
  for (const [heading, , className] of columns) head.append(element('th', heading, className));
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const [, value, className] of columns) {
      const shown = value(row);
      const cell = element('td', undefined, className);
      cell.append(shown instanceof Node ? shown : String(shown ?? ''));
      line.append(cell);
    }
  }
  return made;
}

function show(id, content) {
  document.getElementById(id).replaceChildren(content);
}

async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function button(text, action) {
  const made = element('button', text);
  made.type = 'button';
  made.addEventListener('click', () => action().catch(report));
  return made;
}

function time(iso) {
  return iso ? new Date(iso).toLocaleTimeString() : '';
}

function folded(summary, text) {
  const made = element('details');
  made.append(element('summary', summary), element('pre', text));
  return made;
}

async function showTrace(id) {
  const trace = await read(`/api/traces/${encodeURIComponent(id)}`);
  const bar = (span) => {
    const made = element('div', undefined, 'bar');
    const whole = trace.durationMs || 1;
    made.style.marginLeft = `${(100 * span.offsetMs) / whole}%`;
    made.style.width = `${(100 * span.durationMs) / whole}%`;
    return made;
  };
  const made = table(
    trace.spans,
    [
      ['service', (span) => span.service],
      ['span', (span) => folded('\u00a0'.repeat(2 * span.depth) + span.name, JSON.stringify(span, null, 2))],
      ['ms', (span) => span.durationMs, 'number'],
      ['', (span) => element('span', span.status === 'error' ? 'error' : '', 'bad')],
      ['when', bar],
    ],
    'no spans',
  );
  made.prepend(element('caption', `trace ${trace.traceId}: ${trace.name}, ${trace.durationMs} ms`));
  show('trace', made);
}

const sections = {
  processes: ({ items }) =>
    table(
      items,
      [
        ['name', (row) => row.name],
        ['state', (row) => row.state],
        ['pid', (row) => row.pid, 'number'],
        ['restarts', (row) => row.restarts, 'number'],
        ['since', (row) => time(row.startedAt)],
      ],
      'No supervisor has reported yet.',
    ),
  metrics: ({ red }) =>
    table(
      red,
      [
        ['service', (row) => row.service],
        ['operation', (row) => row.operation],
        ['total', (row) => row.total, 'number'],
        ['a second', (row) => row.perSecond, 'number'],
        ['errors', (row) => row.totalErrors, 'number'],
        ['p50 ms', (row) => row.p50Ms, 'number'],
        ['p95 ms', (row) => row.p95Ms, 'number'],
        ['p99 ms', (row) => row.p99Ms, 'number'],
      ],
      'Nothing measured yet.',
    ),
  inbox: ({ items }) =>
    table(
      items,
      [
        ['at', (row) => time(row.at)],
        ['channel', (row) => row.channel],
        ['to', (row) => row.to],
        ['message', (row) => (row.subject ? folded(row.subject, row.text) : row.text)],
      ],
      'No mail and no SMS was sent yet.',
    ),
  'dead-letters': ({ items }) =>
    table(
      items,
      [
        ['at', (row) => time(row.at)],
        ['consumer', (row) => row.consumer],
        ['event', (row) => folded(row.event.type, JSON.stringify(row.event, null, 2))],
        ['attempts', (row) => row.attempts, 'number'],
        ['reason', (row) => row.reason],
        ['', (row) => button('redrive', () => redrive(row.id))],
      ],
      'None: every event was handled.',
    ),
  traces: ({ items }) =>
    table(
      items,
      [
        ['at', (row) => time(row.startedAt)],
        ['trace', (row) => button(row.name, () => showTrace(row.traceId))],
        ['services', (row) => row.services.join(', ')],
        ['spans', (row) => row.spanCount, 'number'],
        ['ms', (row) => row.durationMs, 'number'],
        ['', (row) => element('span', row.status === 'error' ? 'error' : '', 'bad')],
      ],
      'No trace yet: place an order.',
    ),
};

async function redrive(id) {
  const response = await fetch(`/api/dead-letters/${encodeURIComponent(id)}/redrive`, { method: 'POST' });
  if (!response.ok) throw new Error(`redrive: ${response.status}`);
  await refresh();
}

function report(error) {
  document.getElementById('problem').textContent = error ? `Not shown now: ${error.message}` : '';
}

/** What somebody has unfolded is left as it is until it is folded again. */
async function refresh() {
  const unread = Object.keys(sections).filter(
    (id) => !document.getElementById(id).querySelector('details[open]'),
  );
  const results = await Promise.allSettled(
    unread.map(async (id) =>
      show(id, sections[id](await read(`/api/${id}?${id in limited ? 'limit=20' : ''}`))),
    ),
  );
  report(results.find((result) => result.status === 'rejected')?.reason);
}

const limited = { inbox: true, traces: true, 'dead-letters': true };

async function loop() {
  if (!document.hidden) await refresh();
  setTimeout(loop, refreshMs);
}

loop();
