// What @noble/hashes asks for as it is loaded, and what just those browsers lack that it is loaded for. Comes before it.

if (!("hasOwn" in Object)) {
  const has = Object.prototype.hasOwnProperty;
  Object.defineProperty(Object, "hasOwn", { value: (of: object, name: PropertyKey) => has.call(of, name) });
}
