import { _, type CodeKeywordDefinition, type KeywordCxt } from 'ajv/dist/2020.js'
import { resetErrorsCount } from 'ajv/dist/compile/errors.js'
import { alwaysValidSchema, Type } from 'ajv/dist/compile/util.js'

/** Ajv's own keeps what is wrong with each element that does not fit, and copies all of it for each further one. */
export function containsCode(context: KeywordCxt): ReturnType<CodeKeywordDefinition['code']> {
  const { gen, schema, parentSchema, data, it } = context
  const min: number = parentSchema.minContains ?? 1
  const max: number | undefined = parentSchema.maxContains
  context.setParams({ min, max })
  it.items = true
  const count = gen.let('count', _`0`)
  if (alwaysValidSchema(it, schema)) gen.assign(count, _`${data}.length`)
  else {
    const before = gen.const('before', _`errors`)
    const fits = gen.name('fits')
    gen.forRange('i', 0, _`${data}.length`, (index) => {
      context.subschema({ keyword: 'contains', dataProp: index, dataPropType: Type.Num, compositeRule: true }, fits)
      gen.if(fits, () => gen.code(_`${count}++`))
      resetErrorsCount(gen, before)
    })
  }
  context.pass(max === undefined ? _`${count} >= ${min}` : _`${count} >= ${min} && ${count} <= ${max}`)
}
