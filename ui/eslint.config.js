import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const tauri = { group: ["@tauri-apps/*"], message: "only src/platform/ talks to Tauri: add a function to its Platform interface" };
const areas = ["vault", "search", "quick", "sources", "activity", "settings", "saved"];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/dist-fake/**", "**/node_modules/**", "**/*.gen.ts", "**/public/**"] },
  ...tseslint.configs.strict,
  reactHooks.configs.flat.recommended,
  {
    rules: {
      // Nothing is compiled by the React Compiler, so its word on the virtual list does not apply.
      "react-hooks/incompatible-library": "off",
      "no-restricted-imports": ["error", { patterns: [tauri] }],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "text from files is rendered as text, never as HTML" },
        { property: "outerHTML", message: "text from files is rendered as text, never as HTML" },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "text from files is rendered as text, never as HTML" },
      ],
    },
  },
  {
    files: ["**/src/platform/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["../features/*", "../components/*", "../data/*", "../app/*"], message: "the platform knows no screens" }] }] },
  },
  {
    files: ["**/src/components/**", "**/src/data/**", "**/src/text/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [tauri, { group: ["**/features/**", "**/app/**"], message: "shared pieces know no screens" }] }],
    },
  },
  ...areas.map((area) => ({
    files: [`**/src/features/${area}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            tauri,
            {
              group: ["**/features/**", "**/app/**", ...areas.filter((other) => other !== area).flatMap((other) => [`../${other}/**`, `../../${other}/**`])],
              message: "features do not import features: share through src/components or src/data",
            },
          ],
        },
      ],
    },
  })),
);
