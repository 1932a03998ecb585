import { cloudNames, profiles } from './names.ts';
import { type ConfigProblem, PlatformConfigError } from './problem.ts';
import { crossChecks } from './rules.ts';
import {
  type Choice,
  type SecretSettingName,
  type Setting,
  type Settings,
  secretSettings,
  settings,
} from './settings.ts';
import { valueTypeOn } from './values.ts';

type ValueOf<S> = S extends Setting<infer Value, infer Default> ? Value | Default : never;

/** Every setting by its name, and which secrets are there. */
export type PlatformConfig<Secret = unknown> = {
  readonly [Name in keyof Settings]: ValueOf<Settings[Name]>;
} & {
  /** Encrypted values, as far as they were given. */
  readonly secrets: Readonly<Partial<Record<SecretSettingName, Secret>>>;
};

/** Where the values come from; in the program, Pulumi's own configuration of the stack. */
export interface ConfigReader<Secret> {
  /** Of the program, as in Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  /** Keys of the project that the stack sets, without the project's name. */
  keys(): readonly string[];
  get(key: string): string | undefined;
  getSecret(key: string): Secret | undefined;
}

/**
 * The configuration of a stack, read once.
 * @throws PlatformConfigError with all problems together
 */
export function loadConfig<Secret>(reader: ConfigReader<Secret>): PlatformConfig<Secret> {
  const problems: ConfigProblem[] = [];
  const report = (name: string, value: string | undefined, allowed: string, command: string) =>
    problems.push({
      key: `${reader.project}:${name}`,
      value,
      allowed,
      fix: `${command} --stack ${reader.stack}`,
    });

  const known = new Set<string>([...Object.keys(settings), ...Object.keys(secretSettings)]);
  for (const name of reader.keys())
    if (!known.has(name))
      report(
        name,
        reader.get(name),
        `no such setting; there are ${[...known].join(', ')}`,
        `pulumi config rm ${name}`,
      );

  const choice = choose(reader);
  const values: Record<string, unknown> = {};
  for (const [name, { type, byDefault }] of Object.entries<Setting<unknown, unknown>>(settings)) {
    const given = reader.get(name);
    const valueType = valueTypeOn(type, choice.cloud);
    const value = given === undefined ? byDefault?.(choice) : valueType.parse(given);
    if (value === undefined && (given !== undefined || byDefault === undefined))
      report(name, given, valueType.allowed, `pulumi config set ${name} ${valueType.example}`);
    values[name] = value;
  }
  const secretNames = Object.keys(secretSettings) as SecretSettingName[];
  const secrets = Object.fromEntries(
    secretNames.flatMap((name) => {
      const secret = reader.getSecret(name);
      return secret === undefined ? [] : [[name, secret]];
    }),
  );
  const config = { ...values, secrets } as PlatformConfig<Secret>;
  // What several settings say together can be looked at once each of them is right.
  if (problems.length === 0)
    for (const { name, value, allowed, command } of crossChecks(
      config,
      (key) => reader.get(key) !== undefined,
    ))
      report(name, value, allowed, command);
  if (problems.length > 0) throw new PlatformConfigError(problems);
  return config;
}

/** What defaults depend on, as far as it is given rightly; what is wrong is reported with the other settings. */
function choose(reader: ConfigReader<unknown>): Choice {
  const cloud = cloudNames.find((name) => name === reader.get('cloud')) ?? cloudNames[0];
  const profile = profiles.find((name) => name === reader.get('profile')) ?? profiles[0];
  return { cloud, profile };
}
