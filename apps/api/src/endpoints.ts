import type { Endpoint } from "./endpoint.ts";
import { fileRoutes } from "./routes/files.ts";
import { guestRoutes } from "./routes/guests.ts";
import { imageRoutes } from "./routes/images.ts";
import { lookRoutes } from "./routes/looks.ts";
import { mappingRoutes, unmappingRoutes } from "./routes/mappings.ts";
import { runRoutes } from "./routes/runs.ts";
import { simulationRoutes } from "./routes/simulation.ts";
import { verificationRoutes } from "./routes/verifications.ts";

export const ENDPOINTS: readonly Endpoint[] = [
  ...imageRoutes,
  ...runRoutes,
  ...verificationRoutes,
  ...lookRoutes,
  ...mappingRoutes,
  ...fileRoutes,
  ...unmappingRoutes,
  ...guestRoutes,
  ...simulationRoutes,
];
