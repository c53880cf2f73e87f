terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

provider "unpod" {}

data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

output "twilio" {
  description = "The configuration in use, so that a plan shows its provider and account."
  value       = data.unpod_telephony_provider_configuration.twilio
}
