/** The moment by which days are told apart: renewed at midnight, so that yesterday's list does not say today. */
import { useEffect, useState } from "react";
import { untilMidnight } from "./group";

export function useToday(): Date {
  const [today, setToday] = useState(() => new Date());
  useEffect(() => {
    const timer = setTimeout(() => setToday(new Date()), untilMidnight(today) + 1000);
    return () => clearTimeout(timer);
  }, [today]);
  return today;
}
