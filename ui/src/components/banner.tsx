import { Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

interface BannerProps {
  look?: "info" | "warn" | "bad";
  children: ReactNode;
  action?: ReactNode;
}

export function Banner({ look = "info", children, action }: BannerProps) {
  const Icon = look === "info" ? Info : TriangleAlert;
  return (
    <div className={`banner ${look}`} role={look === "bad" ? "alert" : "status"}>
      <Icon size={16} aria-hidden />
      <div className="grow">{children}</div>
      {action}
    </div>
  );
}
