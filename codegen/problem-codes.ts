/**
 * The table of problem codes: every mistake in a skill that the compiler knows.
 * A code is permanent and never reused. `{name}` holes are filled from the problem's details.
 *
 *   level  error: nothing is written while one stands; warning: told, and the output is written all the same
 *   text   what is wrong, naming the thing and its value
 *   hint   what to write instead
 */

export interface ProblemEntry {
  level: 'error' | 'warning'
  text: string
  hint: string
}

const error = { level: 'error' } as const
const warning = { level: 'warning' } as const

export const problemCodes = {
  SKILL_NO_SKILLS: {
    ...error,
    text: 'There is no skill folder in {dir}.',
    hint: 'A skill folder holds a SKILL.md: skills/<integration>/SKILL.md.',
  },
  SKILL_NO_INTEGRATION: {
    ...error,
    text: 'The folder {folder} has no SKILL.md.',
    hint: 'Add SKILL.md with the front matter of the integration, or remove the folder.',
  },
  SKILL_LAYOUT: {
    ...error,
    text: '{what} does not belong here.',
    hint: 'A skill holds SKILL.md, endpoints/<group>/<endpoint>.md and references/<name>.md.',
  },
  SKILL_LINK: {
    ...error,
    text: '{what} is not a regular file.',
    hint: 'Links and special files are never followed. Put the text itself here.',
  },
  SKILL_FILE_TOO_LARGE: {
    ...error,
    text: 'The file has {size} bytes, more than the {limit} that a skill file may have.',
    hint: 'Split it, or move prose to references/.',
  },
  SKILL_TOO_MANY_FILES: {
    ...error,
    text: 'The folder {folder} holds more than {limit} files.',
    hint: 'Split it into several integrations.',
  },
  SKILL_ENCODING: {
    ...error,
    text: 'The file is not valid UTF-8 (byte {byte}).',
    hint: 'Save it as UTF-8.',
  },
  SKILL_HIDDEN_CHARACTER: {
    ...error,
    text: 'The text holds the invisible character {character}.',
    hint: 'Delete it. Agents read what reviewers cannot see.',
  },
  SKILL_HIDDEN_TEXT: {
    ...error,
    text: 'The text holds {what}, which a reader of the page does not see.',
    hint: 'Write it as visible text, or delete it. Agents read what reviewers cannot see.',
  },
  SKILL_PROSE_TOO_LONG: {
    ...error,
    text: 'The text below the front matter has {lines} lines, more than {limit}.',
    hint: 'Move what is rarely needed to references/<name>.md, and link to it.',
  },
  SKILL_REFERENCE_NAME: {
    ...error,
    text: 'The reference {name} has the name of an endpoint group.',
    hint: 'Rename it: the endpoints of the group are exported under this name.',
  },
  SKILL_UNSAFE_LINK: {
    ...error,
    text: 'The link goes to {url}.',
    hint: 'Link to https pages or to files of this skill.',
  },
  SKILL_NO_FRONT_MATTER: {
    ...error,
    text: 'The file does not begin with front matter.',
    hint: 'Begin with a line "---", the YAML, and a line "---".',
  },
  SKILL_FRONT_MATTER_OPEN: {
    ...error,
    text: 'The front matter is not closed.',
    hint: 'End it with a line that holds "---" and nothing else.',
  },
  SKILL_FRONT_MATTER_LANGUAGE: {
    ...error,
    text: 'The front matter asks to be read as "{language}".',
    hint: 'Only YAML is read, and nothing is executed. Begin with a bare "---".',
  },
  SKILL_FRONT_MATTER_TOO_LARGE: {
    ...error,
    text: 'The front matter has {size} bytes, more than {limit}.',
    hint: 'Move prose below the front matter.',
  },
  SKILL_YAML_SYNTAX: {
    ...error,
    text: 'This is not valid YAML: {reason}.',
    hint: 'Quote text that holds ": ", " #" or begins with one of [ ] { } & * ! | > % @ `.',
  },
  SKILL_YAML_DEPTH: {
    ...error,
    text: 'The YAML is nested more than {limit} levels deep.',
    hint: 'Flatten it.',
  },
  SKILL_YAML_FEATURE: {
    ...error,
    text: 'The YAML uses {feature}.',
    hint: 'Write the value out. Tags, anchors, aliases and merge keys are not read.',
  },
  SKILL_DUPLICATE_KEY: {
    ...error,
    text: 'The key "{key}" stands here twice.',
    hint: 'Remove one. The first stands on line {first}.',
  },
  SKILL_FORBIDDEN_KEY: {
    ...error,
    text: 'The key "{key}" is not allowed.',
    hint: 'Keys are plain text and never __proto__, prototype or constructor.',
  },
  SKILL_NUMBER_CHANGED: {
    ...error,
    text: '{source} is read as the number {value}.',
    hint: 'If it is text, quote it: "{source}".{remedy}',
  },
  SKILL_UNKNOWN_KEY: {
    ...error,
    text: 'There is no key "{key}" {place}.',
    hint: '{suggestion}',
  },
  SKILL_MISSING_KEY: {
    ...error,
    text: 'The key "{key}" is missing {place}.',
    hint: 'Add {key}.',
  },
  SKILL_WRONG_TYPE: {
    ...error,
    text: '{key} is {actual} and should be {expected}.',
    hint: 'Write {example}.',
  },
  SKILL_WRONG_VALUE: {
    ...error,
    text: '{key} is {value}, which is not one of its values.',
    hint: '{suggestion}',
  },
  SKILL_WRONG_FORM: {
    ...error,
    text: '{key} is {value}: {reason}.',
    hint: '{remedy}',
  },
  SKILL_NAME_MISMATCH: {
    ...error,
    text: 'The name "{name}" differs from its {kind} "{expected}".',
    hint: 'Write name: {expected}, or rename the {kind}.',
  },
  SKILL_NAME_TOO_LONG: {
    ...error,
    text: 'The tool name {name} has {length} characters; agents accept 64.',
    hint: 'Shorten the name of the endpoint or of the integration.',
  },
  SKILL_DUPLICATE_ENDPOINT: {
    ...error,
    text: 'The endpoint "{name}" is declared twice; the other is {other}.',
    hint: 'Rename one of them. Endpoint names are unique in an integration, whatever their group.',
  },
  SKILL_DUPLICATE_AUTH: {
    ...error,
    text: 'The auth id "{id}" stands here twice.',
    hint: 'Give each way to sign in an id of its own.',
  },
  SKILL_PARAMETER_TYPE: {
    ...error,
    text: 'The schema of {param} has no type.',
    hint: 'Add type: string, integer, number, boolean, array or object.',
  },
  SKILL_PARAMETER_SCHEMA: {
    ...error,
    text: 'The schema of {param} is not valid: {reason}.',
    hint: 'Parameters are written in JSON Schema 2020-12.',
  },
  SKILL_PARAMETER_DEFAULT: {
    ...error,
    text: 'The {keyword} of {param} does not fit its own schema: {reason}.',
    hint: 'Correct the {keyword} or the schema.',
  },
  SKILL_PATTERN: {
    ...error,
    text: 'The pattern {pattern} cannot be used: {reason}.',
    hint: 'Patterns are matched in linear time (RE2): no look-around, no back-references.',
  },
  SKILL_REMOTE_REFERENCE: {
    ...error,
    text: 'The schema refers to "{ref}".',
    hint: 'Write the schema out. References are not followed.',
  },
  SKILL_SCHEMA_TOO_LARGE: {
    ...error,
    text: 'The schemas of this endpoint have more than {limit} nodes.',
    hint: 'Leave out what agents do not need.',
  },
  SKILL_MAPPING_SYNTAX: {
    ...error,
    text: 'The mapping "{mapping}" cannot be read: {reason}.',
    hint: '{remedy}',
  },
  SKILL_MAPPING_QUOTES: {
    ...error,
    text: 'The mapping of {param} is read by YAML as a map, not as text.',
    hint: "Write it in quotes: {param}: '{mapping}'",
  },
  SKILL_MAPPING_UNKNOWN_PARAMETER: {
    ...error,
    text: 'There is no parameter "{param}".',
    hint: '{suggestion}',
  },
  SKILL_CAPTURE_UNUSED: {
    ...error,
    text: 'The part "{name}" of {param} goes nowhere.',
    hint: 'Add a target whose name is {name}, such as {{name}}.',
  },
  SKILL_CAPTURE_UNKNOWN: {
    ...error,
    text: 'The target "{target}" takes no part of {param}.',
    hint: 'In a split each target takes the part of its own name: {names}.',
  },
  SKILL_PLACEHOLDER_UNFILLED: {
    ...error,
    text: 'Nothing fills the placeholder {{name}} of the path.',
    hint: '{suggestion}',
  },
  SKILL_PLACEHOLDER_UNKNOWN: {
    ...error,
    text: 'The path has no placeholder {{name}}.',
    hint: '{suggestion}',
  },
  SKILL_PLACEHOLDER_OPTIONAL: {
    ...error,
    text: 'The parameter {param} fills {{name}} of the path, but may be left out.',
    hint: 'Add required: true.',
  },
  SKILL_PLACE_TAKEN: {
    ...error,
    text: 'Both {first} and {second} go to {place}.',
    hint: 'Send each parameter to a place of its own.',
  },
  SKILL_PATH: {
    ...error,
    text: 'The path {path} cannot be used: {reason}.',
    hint: 'Write it like /repos/{owner}/{repo}. Query parameters go to params.',
  },
  SKILL_HEADER_DENIED: {
    ...error,
    text: 'The header {header} may not be set by a skill.',
    hint: 'The gateway sets it. Credentials are injected by auth.',
  },
  SKILL_BODY_CONFLICT: {
    ...error,
    text: '{reason}.',
    hint: '{remedy}',
  },
  SKILL_FILTER_TYPE: {
    ...error,
    text: 'The filter {filter} cannot be applied to {param}, which is {type}.',
    hint: 'Filters on {type}: {allowed}.',
  },
  SKILL_ANNOTATIONS: {
    ...error,
    text: '{reason}.',
    hint: '{remedy}',
  },
  SKILL_ANNOTATIONS_MISSING: {
    ...warning,
    text: 'A {method} without annotations is taken to be {taken}.',
    hint: 'Say it: annotations: {read_only: false, destructive: …, idempotent: …, open_world: true}.',
  },
  SKILL_REFERENCE: {
    ...error,
    text: '{key} names the endpoint "{name}", which does not exist.',
    hint: '{suggestion}',
  },
  SKILL_TEMPLATE: {
    ...error,
    text: '{key} uses {{name}}, which is not known here.',
    hint: '{suggestion}',
  },
  SKILL_HOST: {
    ...error,
    text: '{key} goes to {host}, which is not in allowed_hosts.',
    hint: 'Add it to allowed_hosts if credentials may travel there.',
  },
  SKILL_INSECURE: {
    ...error,
    text: '{key} is {url}, which is not encrypted.',
    hint: 'Use https.',
  },
  SKILL_EXPRESSION: {
    ...error,
    text: '{key} is not valid JMESPath: {reason}.',
    hint: 'Try it at jmespath.org. Literals stand in backticks, text in single quotes.',
  },
  SKILL_GRAPHQL: {
    ...error,
    text: '{reason}.',
    hint: '{remedy}',
  },
  SKILL_EXAMPLE: {
    ...error,
    text: 'The example cannot be run: {reason}.',
    hint: '{remedy}',
  },
  SKILL_EXAMPLE_MISSING: {
    ...warning,
    text: 'The endpoint has no example.',
    hint: 'Add examples: [{run: skillett run {integration} {endpoint} …}]. Agents copy examples.',
  },
  AGAINST_PATH: {
    ...error,
    text: 'The description {api} has no path {path}.',
    hint: '{suggestion}',
  },
  AGAINST_METHOD: {
    ...error,
    text: 'The description {api} has no {method} for {path}.',
    hint: 'There: {there}.',
  },
  AGAINST_PARAMETER: {
    ...error,
    text: 'The {place} {name} is not in the description of {operation} ({api}).',
    hint: '{suggestion}',
  },
  AGAINST_BODY: {
    ...error,
    text: 'The body is sent as {kind}, which the description of {operation} does not take ({api}).',
    hint: 'There: {there}.',
  },
  AGAINST_TYPE: {
    ...error,
    text: '{name} is {actual} here and {expected} in the description of {operation} ({api}).',
    hint: 'Correct the type. If the description is wrong, say so: against: {ignore: [{rule: type, reason: …}]}.',
  },
  AGAINST_ENUM: {
    ...error,
    text: '{name} may be {actual} here and not in the description of {operation} ({api}).',
    hint: '{suggestion}',
  },
  AGAINST_REQUIRED: {
    ...error,
    text: 'The description of {operation} ({api}) requires the {place} {name}, and {reason}.',
    hint: '{remedy}',
  },
  AGAINST_GRAPHQL: {
    ...error,
    text: '{reason} ({api}).',
    hint: '{remedy}',
  },
  AGAINST_EXCUSE: {
    ...warning,
    text: 'The excuse for {rule} excuses nothing.',
    hint: 'Remove it.',
  },
} as const satisfies Record<string, ProblemEntry>

export type ProblemCode = keyof typeof problemCodes
