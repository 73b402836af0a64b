package com.robustmq.chaos.client;

/** Whose connection, and which of them, from 1. */
record Who(String client, int connection) {}
