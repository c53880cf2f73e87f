terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

# Reads UNPOD_API_TOKEN and UNPOD_ORG_HANDLE.
provider "unpod" {}

module "support_line" {
  source = "./modules/bridge"

  bridge_slug   = "support-line"
  phone_number  = "+14155550100"
  provider_slug = "twilio"
}

output "request" {
  description = "The request that connects the support line to Twilio."
  value       = module.support_line.request
}
