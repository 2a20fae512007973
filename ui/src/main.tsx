import { App } from "./app/app";
import { start } from "./app/start";

void start(<App />);
