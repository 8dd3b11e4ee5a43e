import { code, page, sentence, table } from './markdown.ts';

/** The part of JSON Schema that our schemas use. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** @param schemas by their names: `status` for schema/status.schema.json. */
export function jsonPage(schemas: Readonly<Record<string, JsonSchema>>): string {
  const about =
    'What `--output json` prints, field by field, as the [JSON Schemas](../../schema/) say it; `--output yaml` prints the same. In a field, `[]` stands for each element of a list. A field that is not always there is marked `?`.';
  const documents = Object.entries(schemas).filter(([, { properties }]) => properties !== undefined);
  const parts = Object.entries(schemas).flatMap(([name, { $defs = {} }]) =>
    Object.entries($defs).map(([part, schema]) => partSection(name, part, schema)),
  );
  return page('JSON output', about, [
    ...documents.map(([name, schema]) => documentSection(name, schema)),
    '## Parts',
    ...parts,
  ]);
}

function documentSection(name: string, schema: JsonSchema): string {
  const { title = '', description = '' } = schema;
  const printedBy = description.replace(/^(?:self |--)[^,;:.]*/, code);
  return [`## ${name}`, `${sentence(title)} ${sentence(printedBy)}`, fieldTable(name, schema)].join('\n\n');
}

function partSection(name: string, part: string, schema: JsonSchema): string {
  const { description, oneOf } = schema;
  const forms = oneOf?.every(({ properties }) => properties !== undefined) === true ? oneOf : [schema];
  return [
    `### ${name} ${part}`,
    ...(description === undefined ? [] : [sentence(description)]),
    ...(forms.length > 1 ? ['One of these:'] : []),
    ...forms.map((form) => (form.properties === undefined ? sentence(typeText(name, form)) : fieldTable(name, form))),
  ].join('\n\n');
}

function fieldTable(name: string, schema: JsonSchema): string {
  return table(
    ['field', 'type', 'means'],
    fieldsIn(schema, '').map(({ path, isRequired, field }) => [
      code(`${path}${isRequired ? '' : '?'}`),
      typeText(name, field),
      field.description === undefined ? '' : sentence(field.description),
    ]),
  );
}

interface Field {
  readonly path: string;
  readonly isRequired: boolean;
  readonly field: JsonSchema;
}

/** Each field, and those inside it right behind it. */
function fieldsIn({ properties = {}, required = [] }: JsonSchema, before: string): Field[] {
  const fields: Field[] = [];
  for (const [name, field] of Object.entries(properties)) {
    const path = `${before}${name}`;
    const [inner, step] = field.items === undefined ? [field, '.'] : [field.items, '[].'];
    fields.push({ path, isRequired: required.includes(name), field }, ...fieldsIn(inner, `${path}${step}`));
  }
  return fields;
}

function typeText(name: string, schema: JsonSchema): string {
  const { $ref, const: only, enum: known, oneOf, anyOf, type, format, items, additionalProperties } = schema;
  if ($ref !== undefined) return linkTo(name, $ref);
  if (only !== undefined) return code(JSON.stringify(only));
  if (known !== undefined) return known.map((value) => code(JSON.stringify(value))).join(', ');
  const several = oneOf ?? anyOf;
  if (several !== undefined) return several.map((one) => typeText(name, one)).join(' or ');
  if (items !== undefined) return `list of ${typeText(name, items)}`;
  if (typeof additionalProperties === 'object') return `object of ${typeText(name, additionalProperties)}`;
  const plain = type === undefined || typeof type === 'string' ? (type ?? 'any') : type.join(' or ');
  return format === undefined ? plain : `${plain} (${format})`;
}

/** To a part of this schema (`#/$defs/x`) or of another (`other.schema.json#/$defs/x`). */
function linkTo(name: string, reference: string): string {
  const [file = '', path = ''] = reference.split('#');
  const schema = file === '' ? name : file.replace('.schema.json', '');
  const part = path.split('/').at(-1) ?? '';
  return `[${part}](#${schema}-${part.toLowerCase()})`;
}
