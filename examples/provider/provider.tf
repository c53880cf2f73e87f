terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

# The credentials come from the environment variables UNPOD_API_TOKEN and
# UNPOD_ORG_HANDLE, so that neither is written down here.
provider "unpod" {}
