import type { AttentionPooling, Classifier, WrittenModel } from './forward.js';
import type { GraphBuilder } from './graph-builder.js';
import { attend, linear, mlp, norm } from './modules.js';

/** What a forward pass gives: its final tokens, their pooled vector, the vector that is shared with texts, logits. */
export type OutputName = 'tokens' | 'pooled' | 'embedding' | 'logits';

/** Past the end of any axis. */
const END = 2 ** 31;

/** Adds the outputs that a model has; `tokens` are those behind the final norm. */
export function addOutputs(
  graph: GraphBuilder,
  { width, pooling, poolNorm, embedding, classifiers }: WrittenModel,
  tokens: string,
  prefix: number,
): OutputName[] {
  const token = (index: number): string => graph.node('Gather', [tokens, graph.integers([index])]);
  const patches = (): string => graph.node('Slice', [tokens, graph.integers([prefix]), graph.integers([END])]);
  const patchMean = (): string => graph.node('ReduceMean', [patches(), graph.integers([0])]);
  const outputs: OutputName[] = ['tokens'];
  const give = (name: OutputName, value: string, size: number): void => {
    graph.output(name, value, [1, size]);
    outputs.push(name);
  };
  const attended = (how: AttentionPooling): string =>
    poolByAttention(graph, how.skipsPrefix === true ? patches() : tokens, how);
  const raw = pooling === 'class' ? token(0) : pooling === 'patch-mean' ? patchMean() : attended(pooling);
  const pooled = poolNorm === null ? raw : norm(graph, raw, poolNorm);
  give('pooled', pooled, width);
  if (embedding !== null) give('embedding', linear(graph, pooled, embedding), embedding.weight.rows);
  const read: Record<Classifier['reads'], () => string> = {
    pooled: () => pooled,
    class: () => token(0),
    distillation: () => token(1),
    'patch-mean': patchMean,
    'class-and-patch-mean': () => graph.node('Concat', [token(0), patchMean()], { axis: { int: -1 } }),
  };
  const logits = classifiers.map(({ projection, hidden, reads }) => {
    const vector = read[reads]();
    return linear(graph, hidden === null ? vector : graph.node('Tanh', [linear(graph, vector, hidden)]), projection);
  });
  const classes = classifiers[0]?.projection.weight.rows;
  if (classes !== undefined) give('logits', graph.node('Mean', logits), classes);
  return outputs;
}

/** A learned query attends to all tokens; what it finds goes through an MLP (SigLIP, arXiv 2303.15343). */
function poolByAttention(graph: GraphBuilder, tokens: string, pooling: AttentionPooling): string {
  const { probe, query, key, value, output, heads } = pooling;
  const headSize = query.weight.rows / heads;
  const joint = attend(graph, {
    query: linear(graph, graph.matrix(probe).name, query),
    key: linear(graph, tokens, key),
    value: linear(graph, tokens, value),
    heads,
    keyValueHeads: heads,
    headSize,
    scale: headSize ** -0.5,
  });
  const found = linear(graph, joint, output);
  return graph.node('Add', [found, mlp(graph, norm(graph, found, pooling.norm), pooling.mlp)]);
}
