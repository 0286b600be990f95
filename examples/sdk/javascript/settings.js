// Settings: JSON text checked against the part of JSON Schema that settings need.
//
// A schema's `properties` may say `type` (`boolean`, `integer`, `number` or `string`), `enum`, `minimum`,
// `exclusiveMinimum`, `maximum`, `exclusiveMaximum` and `default`. What has no default is required, and
// what is not a property is refused.

const LIMITS = {
  minimum: [(value, limit) => value >= limit, "at least"],
  exclusiveMinimum: [(value, limit) => value > limit, "more than"],
  maximum: [(value, limit) => value <= limit, "at most"],
  exclusiveMaximum: [(value, limit) => value < limit, "less than"],
};

/** The settings with their defaults, and complaints of a JSON Pointer and a message. Blank text is `{}`. */
export function parse(schema, text) {
  let given;
  try {
    given = JSON.parse(text.trim() || "{}");
  } catch (error) {
    return { settings: {}, complaints: [{ path: "", message: error.message }] };
  }
  if (given === null || typeof given !== "object" || Array.isArray(given)) {
    return { settings: {}, complaints: [{ path: "", message: "must be an object" }] };
  }
  const known = Object.keys(schema.properties).map((name) => `\`${name}\``).join(", ");
  const complaints = Object.keys(given)
    .filter((name) => !Object.hasOwn(schema.properties, name))
    .map((name) => ({ path: pointer(name), message: `is no setting; there are ${known}` }));
  const settings = {};
  for (const [name, rules] of Object.entries(schema.properties)) {
    settings[name] = Object.hasOwn(given, name) ? given[name] : rules.default;
    const message = settings[name] === undefined ? "is required" : complaint(rules, settings[name]);
    if (message) complaints.push({ path: pointer(name), message });
  }
  return { settings, complaints };
}

function complaint(rules, value) {
  if (!is(rules.type, value)) return `must be of type ${rules.type}`;
  if (rules.enum && !rules.enum.includes(value)) return `must be one of ${JSON.stringify(rules.enum)}`;
  for (const [keyword, [holds, words]] of Object.entries(LIMITS)) {
    if (keyword in rules && !holds(value, rules[keyword])) return `must be ${words} ${rules[keyword]}`;
  }
  return null;
}

function is(type, value) {
  switch (type) {
    case "boolean":
    case "string":
      return typeof value === type;
    case "number":
      return Number.isFinite(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return true;
  }
}

function pointer(name) {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
