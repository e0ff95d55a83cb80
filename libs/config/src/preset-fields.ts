/**
 * Fields of `to` that a preset decides itself, as istio-cloud-map does; each has the value of its own default or comes
 * from the instances. Given beside a preset they are refused, and `defaults.to` does not reach them.
 */
export const PRESET_FIELDS: readonly string[] = ['host', 'ports', 'servicePort', 'protocol', 'resolution', 'location'];
