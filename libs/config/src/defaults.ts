/** Fields of a document, as YAML gives them. */
type Fields = Record<string, unknown>;

/**
 * Puts `defaults.source`, `defaults.cluster` and `defaults.to` under the entries of a document, which is not changed:
 * maps merge deep, lists replace, and the own value wins. An entry says its own name, place and identity itself.
 */
export function withDefaults(document: unknown): unknown {
  if (!isFields(document) || !isFields(document['defaults'])) return document;
  const { source, cluster, to } = document['defaults'];
  return {
    ...document,
    ...eachOf(document, 'sources', (entry) => merged(source, entry)),
    ...eachOf(document, 'clusters', (entry) => {
      const whole = merged(cluster, entry);
      return { ...whole, ...eachOf(whole, 'routes', (route) => ({ ...route, to: merged(to, route['to'] ?? {}) })) };
    }),
  };
}

function eachOf(fields: Fields, name: string, edit: (entry: Fields) => unknown): Fields {
  const list = fields[name];
  if (!Array.isArray(list)) return {};
  return { [name]: list.map((entry: unknown) => (isFields(entry) ? edit(entry) : entry)) };
}

function merged(under: unknown, over: unknown): Fields {
  if (!isFields(over)) return over as Fields;
  if (!isFields(under)) return over;
  const names = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(
    names.map((name) => {
      const [low, high] = [under[name], over[name]];
      if (!Object.hasOwn(over, name)) return [name, low];
      return [name, isFields(low) && isFields(high) ? merged(low, high) : high];
    }),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
