"""Drives the sources of android/ where there is no Gradle and no SDK.

Owns: fetching what the lock names, and calling the same compilers and packers that Gradle's plugin
calls. Refuses: versions (gradle/libs.versions.toml), dependencies and modules (the build files): it
reads those, so that both builds are of one tree. The standard library of Python alone.
"""
