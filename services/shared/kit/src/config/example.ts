import { type Fields, factsOf } from '../config.ts'

/**
 * A section of `.env.example`: each field with what it is, what it takes, and its default.
 * Fields with a default are commented out, so that copying the file changes nothing.
 */
export function exampleSection(title: string, fields: Fields): string {
  const lines = Object.entries(fields).flatMap(([name, schema]) => {
    const facts = factsOf(schema)
    const expected = facts ? `${facts.expected.charAt(0).toUpperCase()}${facts.expected.slice(1)}.` : ''
    const optional = schema.safeParse(undefined).success
    const standard = facts?.standard ?? ''
    return [
      `# ${[schema.description, expected, optional ? '' : 'Required.'].filter(Boolean).join(' ')}`,
      `${optional ? '# ' : ''}${name}=${standard}`,
      '',
    ]
  })
  return [`## ${title}`, '', ...lines].join('\n')
}
