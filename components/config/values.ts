import type { CloudName } from './names.ts';

/** How one setting is read from its text. */
export interface ValueType<Value> {
  /** In words, for messages and the documentation. */
  readonly allowed: string;
  /** A value that passes, for the command that corrects one. */
  readonly example: string;
  /** @returns undefined when the text is no such value */
  parse(text: string): Value | undefined;
}

/** Some settings have other values on another cloud. */
export type ValueTypes<Value> = ValueType<Value> | Readonly<Record<CloudName, ValueType<Value>>>;

export const valueTypeOn = <Value>(types: ValueTypes<Value>, cloud: CloudName): ValueType<Value> =>
  'parse' in types ? types : types[cloud];

export function oneOf<const Name extends string>(names: readonly [Name, ...Name[]]): ValueType<Name> {
  return {
    allowed: names.join(', '),
    example: names[0],
    parse: (text) => names.find((name) => name === text),
  };
}

export function text(pattern: RegExp, allowed: string, example: string): ValueType<string> {
  return { allowed, example, parse: (given) => (pattern.test(given) ? given : undefined) };
}

export function integer(least: number, most: number, example: number): ValueType<number> {
  return {
    allowed: `a whole number from ${least} to ${most}`,
    example: String(example),
    parse: (given) => {
      const number = Number(given);
      return /^\d+$/.test(given) && number >= least && number <= most ? number : undefined;
    },
  };
}

export function oneOfNumbers(numbers: readonly number[], example: number): ValueType<number> {
  return {
    allowed: numbers.join(', '),
    example: String(example),
    parse: (given) => numbers.find((number) => String(number) === given),
  };
}

/** Of what a cloud does not have. */
export const onlyNo: ValueType<boolean> = {
  allowed: 'false',
  example: 'false',
  parse: (given) => (given === 'false' ? false : undefined),
};

export const yesOrNo: ValueType<boolean> = {
  allowed: 'true, false',
  example: 'true',
  parse: (given) => (given === 'true' ? true : given === 'false' ? false : undefined),
};

/** Separated by commas. */
export function list(of: ValueType<string>): ValueType<readonly string[]> {
  return {
    allowed: `${of.allowed}; several are separated by commas`,
    example: of.example,
    parse: (given) => {
      const parts = given
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      const parsed = parts.map(of.parse);
      return parsed.every((part) => part !== undefined) ? parsed : undefined;
    },
  };
}
