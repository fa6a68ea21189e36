// The modules, and where Gradle finds plugins and libraries. android/tools reads the modules here too.

pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "dayfly"

include(":generated", ":dayfly", ":app")
