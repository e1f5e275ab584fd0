import { expect, test } from "vitest";
import { STYLE } from "../src/page/login.ts";

/** Relative luminance, as WCAG defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const themes = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(
  ([, body = ""]) =>
    new Map([...body.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, key = "", value = ""]) => [key, value])),
);

test.each(["light", "dark"].map((theme, index) => [theme, themes[index] ?? new Map<string, string>()] as const))(
  "everybody can read it: %s",
  (_, colours) => {
    const of = (key: string): string => colours.get(key) ?? "#000000";
    const wanted = {
      text: 7,
      quiet: 4.5,
      accent: 4.5,
      good: 4.5,
      warn: 4.5,
      bad: 4.5,
      p0: 3,
      p1: 3,
      p2: 3,
      p3: 3,
      p4: 3,
      p5: 3,
    };
    for (const [key, least] of Object.entries(wanted)) {
      for (const ground of ["paper", "ground"]) {
        const found = contrast(of(key), of(ground));
        expect([key, ground, found >= least, found.toFixed(1)]).toEqual([key, ground, true, found.toFixed(1)]);
      }
    }
  },
);
