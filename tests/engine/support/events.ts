/** The engine's own account of an operation, as the CLI writes it to `--event-log`: one JSON object a line. */
import { readFileSync } from 'node:fs';

/** What happens to one resource. */
export interface Step {
  /** As create, update, replace, delete, same, refresh. */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** The last part of the URN. */
  readonly name: string;
  /** The properties that differ. */
  readonly diffs: readonly string[];
}

export interface Violation {
  readonly policy: string;
  readonly urn: string;
  readonly level: string;
  readonly message: string;
}

export interface Account {
  readonly steps: readonly Step[];
  /** Errors only. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly violations: readonly Violation[];
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: { readonly severity: string; readonly message: string; readonly urn?: string };
  readonly policyEvent?: {
    readonly policyName: string;
    readonly resourceUrn?: string;
    readonly enforcementLevel: string;
    readonly message: string;
  };
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly diffs?: readonly string[] | null;
}

export function readAccount(file: string): Account {
  const events = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EngineEvent);
  const said = (severity: string) =>
    events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.severity === severity ? [withoutColours(diagnosticEvent.message)] : [],
    );
  return {
    steps: events.flatMap(({ resourcePreEvent }) =>
      resourcePreEvent ? [stepOf(resourcePreEvent.metadata)] : [],
    ),
    errors: said('error'),
    // The CLI remarks that a language host was found on PATH, as ours is where the CLI was built.
    warnings: said('warning').filter((text) => !/^using pulumi-language-nodejs from \$PATH/.test(text)),
    violations: events.flatMap(({ policyEvent }) =>
      policyEvent
        ? [
            {
              policy: policyEvent.policyName,
              urn: policyEvent.resourceUrn ?? '',
              level: policyEvent.enforcementLevel,
              message: withoutColours(policyEvent.message),
            },
          ]
        : [],
    ),
  };
}

const stepOf = ({ op, urn, type, diffs }: StepMetadata): Step => ({
  op,
  urn,
  type,
  name: urn.split('::').at(-1) ?? '',
  diffs: diffs ?? [],
});

const withoutColours = (text: string) => text.replaceAll(/<\{%.*?%\}>/g, '').trim();
