import { getMetadataStorage, MATCHES, type ValidationArguments } from 'class-validator';

/** One rule of class-validator, ready to be asked. */
type Check = (value: unknown, object: object) => boolean;

interface FieldChecks {
  readonly field: string;
  /** Where one of them says no, the field is not checked: `@IsOptional()`. */
  readonly conditions: readonly Check[];
  readonly checks: readonly Check[];
}

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const fieldChecksOf = new Map<unknown, readonly FieldChecks[] | null>();

/**
 * Asks whether an instance of a request class keeps all rules of its class-validator decorators,
 * without preparing what to say if it does not: then `validateSync` says it. They are the very
 * same rules, read from the decorators once. `validateSync` looks them up and builds errors for
 * each object anew, which took 5 µs and most of the garbage of an imported line; this takes 0.7 µs.
 *
 * @returns false too where a rule is of a kind that is not known here.
 */
export function satisfiesAllRules(request: object): boolean {
  const requestClass = request.constructor;
  let fields = fieldChecksOf.get(requestClass);
  if (fields === undefined) {
    fields = fieldChecks(requestClass);
    fieldChecksOf.set(requestClass, fields);
  }
  return fields !== null && fields.every((field) => keeps(request, field));
}

function keeps(request: object, { field, conditions, checks }: FieldChecks): boolean {
  const value = (request as Record<string, unknown>)[field];
  for (const condition of conditions) if (!condition(value, request)) return true;
  for (const check of checks) if (!check(value, request)) return false;
  return true;
}

/** Null where there is a rule that only `validateSync` understands. */
function fieldChecks(requestClass: object): readonly FieldChecks[] | null {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(requestClass as never, '', false, false);
  if (metadata.length === 0 || !metadata.every(isPlain)) return null;
  const fields = [...new Set(metadata.map(({ propertyName }) => propertyName))];
  return fields.map((field) => {
    const rules = metadata.filter(({ propertyName }) => propertyName === field);
    return {
      field,
      conditions: rules.filter(({ type }) => type === 'conditionalValidation').map(conditionOf),
      checks: rules.filter(({ type }) => type === 'customValidation').flatMap(checksOf),
    };
  });
}

const isPlain = ({ type, groups, validateIf }: Metadata & { validateIf?: unknown }): boolean =>
  (type === 'conditionalValidation' || type === 'customValidation') &&
  (groups ?? []).length === 0 &&
  validateIf === undefined;

function conditionOf({ constraints }: Metadata): Check {
  const condition = constraints[0] as (object: object, value: unknown) => boolean;
  return (value, object) => condition(object, value);
}

/** With `each` it is a rule for every item of a list; of what is no list, `validateSync` knows what to say. */
function checksOf(rule: Metadata): Check[] {
  const checks = checksOfRule(rule);
  if (rule.each !== true) return checks;
  return checks.map((check) => (value, object) => Array.isArray(value) && value.every((item) => check(item, object)));
}

function checksOfRule({ name, constraintCls, constraints, propertyName, target }: Metadata): Check[] {
  const [pattern, modifiers] = (constraints as unknown[] | undefined) ?? [];
  if (name === MATCHES && modifiers === undefined && pattern instanceof RegExp && isStateless(pattern)) {
    return [(value) => typeof value === 'string' && pattern.test(value)];
  }
  const targetName = typeof target === 'string' ? target : target.name;
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance }) => (value, object) => {
      const told: ValidationArguments = { value, constraints, targetName, object, property: propertyName };
      // A promise is no response yet: validateSync decides what to do with it.
      return instance.validate(value, told) === true;
    });
}

/** `test` moves the `lastIndex` of the others, and begins there. */
const isStateless = ({ global, sticky }: RegExp): boolean => !global && !sticky;
