// Leaves out mutants that cannot differ: `record + COUNT`, where COUNT is a constant 0 of the same file or of the contracts, is
// `record - COUNT`. Records are written with the offset of every field, the first one's too. Only where the other side has
// nothing to mutate, as Stryker leaves out the whole expression.

import { readdirSync, readFileSync } from 'node:fs';

const WHY = 'adding 0 and taking 0 away are the same';
const CONTRACTS = new URL('../../packages/contracts/src/', import.meta.url);
const ZEROS = new Set(
  readdirSync(CONTRACTS)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(new URL(file, CONTRACTS), 'utf8').matchAll(/^export const (\w+) = 0;/gm)])
    .map(([, name]) => name),
);
const PLAIN = new Set(['Identifier', 'PrivateName', 'ThisExpression']);

export const strykerPlugins = [{ kind: 'Ignore', name: 'zero-offsets', value: { shouldIgnore } }];

function shouldIgnore(path) {
  if (!path.isBinaryExpression() || !['+', '-'].includes(path.node.operator)) return undefined;
  const isZero = zeroConstant(path.get('right')) && nothingToMutate(path.node.left);
  return isZero ? WHY : undefined;
}

function zeroConstant(path) {
  if (!path.isIdentifier()) return false;
  const binding = path.scope.getBinding(path.node.name);
  if (binding?.kind === 'module') {
    return binding.path.parent.source.value === '@hakmem/contracts' && ZEROS.has(path.node.name);
  }
  if (binding?.kind !== 'const' || !binding.path.isVariableDeclarator()) return false;
  const { init } = binding.path.node;
  return init?.type === 'NumericLiteral' && init.value === 0;
}

/** Names, fields, and functions and own methods with such arguments. */
function nothingToMutate(node) {
  if (PLAIN.has(node.type)) return true;
  if (node.type === 'MemberExpression') return nothingToMutate(node.object) && nothingToMutate(node.property);
  if (node.type !== 'CallExpression') return false;
  const { callee } = node;
  const simple =
    callee.type === 'Identifier' || (callee.type === 'MemberExpression' && callee.property.type === 'PrivateName');
  return simple && [callee, ...node.arguments].every(nothingToMutate);
}
