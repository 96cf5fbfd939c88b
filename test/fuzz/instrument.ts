import ts from 'typescript'

const WORD_SIZE_MAX = 24

/** Counts of one source text while it is rewritten. */
interface Marks {
  blocks: number
  readonly words: Set<string | number>
}

/**
 * TypeScript with a call at the start of each block: function, branch, case, loop body, right side of `&&`, `||`, `??`
 * and `?:`. The result is JavaScript that reports to a `CoverageMap`.
 */
export function instrumentModule(source: string): string {
  const marks: Marks = { blocks: 0, words: new Set() }
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
      inlineSources: true,
    },
    transformers: { before: [(context) => (file) => markFile(context, file, marks)] },
  })
  return `${prelude(marks)}${outputText}`
}

/** The same for the body of a function that the product makes from text. */
export function instrumentFunctionBody(source: string): string {
  const marks: Marks = { blocks: 0, words: new Set() }
  const file = ts.createSourceFile('generated.js', source, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS)
  const { transformed } = ts.transform(file, [(context) => (root) => markFile(context, root, marks)])
  const text = ts.createPrinter().printFile(transformed[0] as ts.SourceFile)
  return `${prelude(marks)}${text}`
}

function prelude({ blocks, words }: Marks): string {
  return `const fuzzTouch = globalThis.fuzzTouch, fuzzFirst = globalThis.fuzzFile(${blocks}, ${JSON.stringify([...words])}); `
}

function markFile(context: ts.TransformationContext, file: ts.SourceFile, marks: Marks): ts.SourceFile {
  const { factory } = context
  const touch = (): ts.Expression =>
    factory.createCallExpression(factory.createIdentifier('fuzzTouch'), undefined, [
      factory.createAdd(factory.createIdentifier('fuzzFirst'), factory.createNumericLiteral(marks.blocks++)),
    ])
  const touchStatement = () => factory.createExpressionStatement(touch())
  const marked = (expression: ts.Expression): ts.Expression =>
    factory.createParenthesizedExpression(factory.createComma(touch(), expression))
  const markedBody = (statement: ts.Statement): ts.Statement =>
    ts.isBlock(statement) ? statement : factory.createBlock([touchStatement(), statement])

  const rewrite = (node: ts.Node): ts.Node => {
    noteWord(node, marks)
    const visited = ts.visitEachChild(node, rewrite, context)
    if (ts.isBlock(visited)) return factory.createBlock([touchStatement(), ...visited.statements], true)
    if (ts.isCaseClause(visited))
      return factory.updateCaseClause(visited, visited.expression, [touchStatement(), ...visited.statements])
    if (ts.isDefaultClause(visited))
      return factory.updateDefaultClause(visited, [touchStatement(), ...visited.statements])
    if (ts.isArrowFunction(visited) && !ts.isBlock(visited.body))
      return factory.updateArrowFunction(
        visited,
        visited.modifiers,
        visited.typeParameters,
        visited.parameters,
        visited.type,
        visited.equalsGreaterThanToken,
        marked(visited.body),
      )
    if (ts.isConditionalExpression(visited))
      return factory.updateConditionalExpression(
        visited,
        visited.condition,
        visited.questionToken,
        marked(visited.whenTrue),
        visited.colonToken,
        marked(visited.whenFalse),
      )
    if (ts.isBinaryExpression(visited) && LOGICAL.has(visited.operatorToken.kind))
      return factory.updateBinaryExpression(
        visited,
        visited.left,
        visited.operatorToken,
        marked(visited.right),
      )
    if (ts.isIfStatement(visited))
      return factory.updateIfStatement(
        visited,
        visited.expression,
        markedBody(visited.thenStatement),
        visited.elseStatement === undefined || ts.isIfStatement(visited.elseStatement)
          ? visited.elseStatement
          : markedBody(visited.elseStatement),
      )
    return markLoop(factory, visited, markedBody)
  }
  return ts.visitEachChild(file, rewrite, context)
}

function markLoop(
  factory: ts.NodeFactory,
  node: ts.Node,
  markedBody: (statement: ts.Statement) => ts.Statement,
): ts.Node {
  if (ts.isForStatement(node))
    return factory.updateForStatement(
      node,
      node.initializer,
      node.condition,
      node.incrementor,
      markedBody(node.statement),
    )
  if (ts.isForOfStatement(node))
    return factory.updateForOfStatement(
      node,
      node.awaitModifier,
      node.initializer,
      node.expression,
      markedBody(node.statement),
    )
  if (ts.isWhileStatement(node))
    return factory.updateWhileStatement(node, node.expression, markedBody(node.statement))
  return node
}

const LOGICAL: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
])

function noteWord(node: ts.Node, { words }: Marks): void {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    if (node.text.length > 0 && node.text.length <= WORD_SIZE_MAX) words.add(node.text)
  } else if (ts.isNumericLiteral(node)) {
    const value = Number(node.text)
    if (Number.isInteger(value) && value <= 0xffff_ffff) words.add(value)
  }
}
