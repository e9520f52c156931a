"""Who sits at this desk, and the desk's enrolment at a hub, asked for in dialogs."""
