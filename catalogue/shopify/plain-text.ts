const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  deg: '°',
  times: '×',
  frac12: '½',
  euro: '€',
  pound: '£',
  copy: '©',
  reg: '®',
  trade: '™',
  eacute: 'é',
  egrave: 'è',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  szlig: 'ß',
};

/** Elements whose content is not for readers. */
const unread = new Set(['script', 'style', 'head', 'template']);
const lines = /^(?:br|hr|p|div|ul|ol|h[1-6]|table|tr|section|blockquote)$/;

/**
 * The words of an HTML description, blocks as lines. It is shown as text, never as HTML, so it need not be safe
 * as such. One pass, whatever the text: between two `<` there is at most one tag.
 */
export function plainText(html: string): string {
  const [first = '', ...parts] = html.replace(/\s+/g, ' ').split('<');
  let text = first;
  let skippedUntil: string | undefined;
  for (const part of parts) {
    const tag = /^(?<name>!--|!|\/?[a-z][a-z0-9]*)/i.exec(part)?.groups?.name?.toLowerCase();
    const end = part.indexOf(tag === '!--' ? '-->' : '>');
    if (skippedUntil !== undefined) {
      const after = part.indexOf(skippedUntil === '-->' ? '-->' : '>');
      if ((skippedUntil !== '-->' && tag !== skippedUntil) || after < 0) continue;
      text += part.slice(after + (skippedUntil === '-->' ? 3 : 1));
      skippedUntil = undefined;
    } else if (tag === undefined || (end < 0 && tag !== '!--' && !unread.has(tag))) text += `<${part}`;
    else if (tag === '!--' && end < 0) skippedUntil = '-->';
    else if (unread.has(tag)) skippedUntil = `/${tag}`;
    else text += separator(tag) + part.slice(end + (tag === '!--' ? 3 : 1));
  }
  return text
    .replace(/&(#x?[0-9a-f]{1,6}|\w{2,8});/gi, decode)
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

function separator(tag: string): string {
  if (tag === 'li') return '\n• ';
  return lines.test(tag.replace('/', '')) ? '\n' : '';
}

function decode(entity: string, name: string): string {
  if (!name.startsWith('#')) return entities[name] ?? entity;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : entity;
}
