// The plugins of all modules, each once. Kotlin comes with the Android plugin; the line in
// `buildscript` makes it the version of the catalogue.

buildscript {
    dependencies {
        classpath(libs.kotlin.gradle.plugin)
    }
}

plugins {
    alias(libs.plugins.android.application) apply false
    alias(libs.plugins.android.library) apply false
    alias(libs.plugins.compose.compiler) apply false
}
