import { parse } from 'csv-parse';

/** One record of the file, fields by column name. */
export interface CsvRow {
  /** Where the record begins, counted from 1 as an editor does. */
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
  /** What is wrong with the record as such. */
  readonly fault?: string;
}

export class CsvFileError extends Error {
  override readonly name = 'CsvFileError';
}

/** No record of an export is this long; a quote that is never closed is. In bytes. */
const longestRecord = 1024 * 1024;

/**
 * Reads CSV text piece by piece: quoted fields over several lines, a byte order mark and CRLF are all fine.
 * @throws CsvFileError naming the line when the text is no CSV, or lacks one of the `columns`
 */
export async function* readCsv(
  text: AsyncIterable<Buffer>,
  columns: readonly string[],
): AsyncGenerator<CsvRow> {
  const parser = parse({
    columns: (header: string[]) => checkHeader(header, columns),
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
  });
  const feeding = feed(text, parser);
  feeding.catch((error: Error) => parser.destroy(error));
  try {
    for await (const { record, info, raw } of parser as AsyncIterable<ParsedRecord>) {
      const fault = info.error === undefined ? undefined : 'it has not as many fields as the header line has';
      yield { line: info.lines - newlines(raw), fields: record, ...(fault && { fault }) };
    }
    await feeding;
  } catch (error) {
    if (error instanceof CsvFileError || !isCsvError(error)) throw error;
    throw new CsvFileError(error.message, { cause: error });
  }
}

interface ParsedRecord {
  readonly record: Record<string, string>;
  readonly info: { readonly lines: number; readonly error?: unknown };
  readonly raw: string;
}

async function feed(text: AsyncIterable<Buffer>, parser: ReturnType<typeof parse>): Promise<void> {
  for await (const piece of unixLines(text)) {
    if (parser.destroyed) return;
    if (!parser.write(piece)) {
      await Promise.race(
        ['drain', 'close'].map((event) => new Promise((resolve) => parser.once(event, resolve))),
      );
    }
  }
  parser.end();
}

/** Line ends as one character, by which the parser counts lines; and no byte order mark, which the decoder takes. */
async function* unixLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Buffer): string => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined });
    } catch (cause) {
      throw new CsvFileError('the file is not UTF-8 text: save it as CSV UTF-8', { cause });
    }
  };
  let held = '';
  for await (const piece of bytes) {
    const text = held + decode(piece);
    // A line end may be cut in two.
    held = text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
  }
  yield (held + decode()).replace(/\r\n?/g, '\n');
}

function checkHeader(header: readonly string[], columns: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    const list = missing.map((column) => `"${column}"`).join(', ');
    throw new CsvFileError(`this is not a product export: its first line has no column ${list}`);
  }
  return names;
}

/** Within the record; blank lines before it and its own end do not count. */
const newlines = (raw: string): number => raw.replace(/^\n+|\n$/g, '').split('\n').length - 1;

const isCsvError = (error: unknown): error is Error =>
  (error as Error).name === 'CsvError' || /^CSV_/.test(String((error as { code?: string }).code));
