package com.robustmq.chaos.client;

/** What the library's exceptions say, without their wrappers. */
final class Errors {
    private Errors() {}

    /** The innermost cause: the outer ones only say that something failed. */
    static Throwable root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    static String text(Throwable error) {
        Throwable root = root(error);
        String name = root.getClass().getSimpleName();
        return root.getMessage() == null ? name : name + ": " + root.getMessage();
    }
}
