/**
 * A SELECT with the literals of its fields and dimensions folded, in its subqueries too: `top(f, 1 + 1)` is
 * `top(f, 2)`, `mean((f))` is `mean(f)`. InfluxDB works on this form; it prints the form as written. Conditions are
 * left alone, because they need the clock.
 */

import type { SelectStatement, Source } from './ast.js'
import { foldLiterals } from './fold-literals.js'

export function foldSelect(statement: SelectStatement): SelectStatement {
  return {
    ...statement,
    fields: statement.fields.map((field) => {
      const expr = foldLiterals(field.expr, null)
      return expr === field.expr ? field : { ...field, expr }
    }),
    dimensions: statement.dimensions.map((dimension) => foldLiterals(dimension, null)),
    sources: statement.sources.map(foldSource),
  }
}

function foldSource(source: Source): Source {
  return source.kind === 'subquery' ? { ...source, statement: foldSelect(source.statement) } : source
}
