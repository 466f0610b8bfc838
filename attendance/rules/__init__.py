"""Rules as dated data: calendar, schedules, policy and the resolution of scope and date."""
