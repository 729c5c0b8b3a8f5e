/**
 * fast-check with a seed that is the same each time: what fails once fails again. HYPERBYTE_SEED=N tries other values.
 */

import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['HYPERBYTE_SEED'] ?? 1) })

export { fc }
