import { start } from "./app/start";
import { QuickScreen } from "./features/quick/quick-screen";

void start(<QuickScreen />);
