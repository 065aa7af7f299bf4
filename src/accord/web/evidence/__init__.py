"""WHAT MANY COURSES SHOW, on screens: releases that a manager freezes, and the word of clients on research."""
