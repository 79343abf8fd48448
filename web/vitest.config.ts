import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    // A promise that checks nothing is a mistake.
    passWithNoTests: false,
    expect: { requireAssertions: true },
    // On a machine that does much else, a second's work takes ten.
    testTimeout: 60_000,
  },
});
